/** How a seller gets the three secrets: a private application in Solution Provider Portal, its roles, its authorisation. */
import styles from "./accounts.module.css";

const ROLES: readonly { name: string; for: string }[] = [
  { name: "Inventory and Order Tracking", for: "orders" },
  { name: "Finance and Accounting", for: "fees" },
  { name: "Brand Analytics", for: "sales and traffic" },
  { name: "Product Listing", for: "listings" },
];

export function HowTo() {
  return (
    <aside className={styles.howTo} aria-label="How to get the secrets">
      <h2>Where the secrets come from</h2>
      <p>
        Packlight talks to Amazon as your own private application. Registering one takes about ten minutes, a
        Professional selling plan, and the primary user of the account.
      </p>
      <ol className={styles.steps}>
        <li>
          In Seller Central open <b>Apps and Services → Develop Apps</b> and register as a <b>private developer</b>, if
          you have not yet. Amazon checks the registration; that can take a few days.
        </li>
        <li>
          Choose <b>Add new app client</b>: API type <b>SP API</b>, a name of your choice, and these roles:
          <ul className={styles.roles}>
            {ROLES.map((role) => (
              <li key={role.name}>
                <b>{role.name}</b> <span>for {role.for}</span>
              </li>
            ))}
          </ul>
          Direct-to-Consumer Shipping is not needed: Packlight never asks for addresses or names of buyers.
        </li>
        <li>
          At the new application choose <b>View</b> under <b>LWA credentials</b>: there are the client id and the client
          secret.
        </li>
        <li>
          Choose <b>Authorize</b> in the menu of the application, then <b>Authorize app</b> beside your account: there
          is the refresh token. Amazon shows it only once.
        </li>
      </ol>
      <p className={styles.hint}>
        A role added later works only with a new refresh token: authorise again, then use Replace secrets.
      </p>
    </aside>
  );
}
