/** A printer that refused: what failed, and the PDF that was kept. */
import { Button } from "~/components/button";
import { FailureNotice } from "~/components/notice";
import type { Failure } from "~/lib/ipc";

import styles from "./picking.module.css";
import { keptPdf, useDocuments, withoutPath } from "./use-documents";

export function PrintRefused({ error, onAgain }: { error: Failure; onAgain: () => void }) {
  const { open } = useDocuments();
  const path = keptPdf(error);
  // The path stands once, beside the button that opens it.
  const why = path === null ? error : { ...error, message: withoutPath(error.message), context: null };
  return (
    <div className={styles.refused}>
      <FailureNotice error={why} onAgain={onAgain} />
      {path !== null && (
        <p className={styles.kept}>
          The PDF is kept: <bdi className="mono">{path}</bdi>
          <Button small onClick={() => void open(path)}>
            Open the PDF
          </Button>
        </p>
      )}
    </div>
  );
}
