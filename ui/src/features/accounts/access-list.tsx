/** What Amazon grants an account, as the check found it. */
import { Check, X } from "lucide-react";

import type { AccountCheck, GrantView } from "~/lib/bindings";

import styles from "./accounts.module.css";

const PARTS: readonly { key: "orders" | "finances" | "listings" | "traffic"; label: string }[] = [
  { key: "orders", label: "Orders" },
  { key: "finances", label: "Fees" },
  { key: "listings", label: "Listings" },
  { key: "traffic", label: "Sales and traffic" },
];

export function AccessList({ check }: { check: AccountCheck }) {
  const missing = PARTS.some(({ key }) => !check[key].granted);
  return (
    <div className={styles.access} role="status">
      <ul>
        {PARTS.map(({ key, label }) => (
          <Access key={key} label={label} grant={check[key]} />
        ))}
      </ul>
      {missing && (
        <p className={styles.hint}>
          Add the missing role to the application in Seller Central, authorise it again, and replace the secrets: a new
          role needs a new refresh token.
        </p>
      )}
    </div>
  );
}

function Access({ label, grant }: { label: string; grant: GrantView }) {
  return (
    <li className={grant.granted ? styles.granted : styles.denied}>
      {grant.granted ? (
        <Check size={15} strokeWidth={2.6} aria-hidden />
      ) : (
        <X size={15} strokeWidth={2.6} aria-hidden />
      )}
      <span>
        {label} {grant.granted ? "granted" : "not granted"}
        {!grant.granted && grant.missing_role !== null && <> · role {grant.missing_role}</>}
      </span>
    </li>
  );
}
