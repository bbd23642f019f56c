/** What the page of a platform says before its first file was imported. */
import { FileSpreadsheet } from "lucide-react";

import styles from "~/features/accounts/first-run.module.css";

import ImportOrders, { type FilePlatform } from "./import-orders";

const WORDS: Record<FilePlatform, { title: string; step: string }> = {
  ebay: {
    title: "No eBay orders yet",
    step: "Download the orders report from eBay’s Seller Hub and import it. The orders appear here and among all orders.",
  },
  bricqer: {
    title: "No Bricqer orders yet",
    step: "Export the orders from Bricqer as CSV and import the file. The orders appear here and among all orders.",
  },
};

export default function NoFileOrders({ platform }: { platform: FilePlatform }) {
  const { title, step } = WORDS[platform];
  return (
    <div className={styles.page} data-testid="no-file-orders">
      <section className={styles.box}>
        <FileSpreadsheet size={20} className={styles.quiet} aria-hidden />
        <div>
          <h2>{title}</h2>
          <p>{step}</p>
        </div>
        <ImportOrders platform={platform} />
      </section>
    </div>
  );
}
