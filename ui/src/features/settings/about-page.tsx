/** Settings → About: which Packlight this is, where its data lies, and what others wrote of it, with their licences. */
import { useQuery } from "@tanstack/react-query";
import { useDeferredValue, useState } from "react";

import { FailureNotice } from "~/components/notice";
import { SearchField } from "~/components/search-field";
import type { LicensedPart } from "~/lib/bindings";
import { counted } from "~/lib/format";
import { backend } from "~/lib/ipc";
import { queries } from "~/lib/query";

import styles from "./about.module.css";
import settings from "./settings.module.css";
import { Updates } from "./updates";

export function AboutPage() {
  const { data: app } = useQuery(queries.app);
  return (
    <div className={styles.page}>
      <section className={settings.card} aria-label="Packlight">
        <dl className={styles.facts}>
          <dt>Packlight</dt>
          <dd className="num">{app?.version}</dd>
          <dt>Data folder</dt>
          <dd className={styles.path}>{app?.data_folder}</dd>
          <dt>Licence</dt>
          <dd>MIT or Apache-2.0, at your choice</dd>
        </dl>
      </section>
      <Updates />
      <PartsOfOthers />
    </div>
  );
}

function PartsOfOthers() {
  const [sought, setSought] = useState("");
  const words = useDeferredValue(sought).toLowerCase().split(" ");
  // It cannot change while the program runs.
  const licences = useQuery({ queryKey: ["licences"], queryFn: () => backend.licences(), staleTime: Infinity });
  const all = licences.data?.parts ?? [];
  const found = all.filter(({ name, licence }) => {
    const text = `${name} ${licence ?? ""}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
  return (
    <section className={settings.card} aria-labelledby="parts-of-others">
      <h2 id="parts-of-others" className={styles.title}>
        Written by others
      </h2>
      {licences.error !== null && <FailureNotice error={licences.error} onAgain={() => void licences.refetch()} />}
      {licences.data !== undefined && all.length === 0 && (
        <p>This build carries no list. Packages and what “cargo xtask start” builds do.</p>
      )}
      {all.length > 0 && (
        <>
          <SearchField
            label="Search parts"
            hint="Name or licence"
            value={sought}
            onChange={setSought}
            found={counted(found.length, "part")}
          />
          <ul className={styles.parts}>
            {found.map((part) => (
              <Part key={`${part.name} ${part.version}`} part={part} texts={licences.data?.texts ?? []} />
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

/** The texts exist only while they are shown: together they are the length of a novel. */
function Part({
  part: { name, version, licence, home, texts: places },
  texts,
}: {
  part: LicensedPart;
  texts: string[];
}) {
  const [open, setOpen] = useState(false);
  return (
    <li>
      <details className={styles.part} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>
          <strong>{name}</strong> <span className="num">{version}</span>
          <span className={styles.licence}>{licence ?? "no licence named"}</span>
        </summary>
        {open && (
          <>
            {home !== null && <p className={styles.path}>{home}</p>}
            {places.length === 0 && <p>It brings no text of its licence.</p>}
            {places.map((place) => (
              <pre key={place} className={styles.text}>
                {texts[place]}
              </pre>
            ))}
          </>
        )}
      </details>
    </li>
  );
}
