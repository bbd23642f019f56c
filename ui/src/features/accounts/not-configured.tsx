/** What stands above orders without a connected account. */
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";

import { buttonClass } from "~/components/button";
import { Notice } from "~/components/notice";

import styles from "./not-configured.module.css";

/** One line above the orders that are still here after the last account was disconnected. */
export function NotConfiguredNotice() {
  return (
    <div className={styles.notice}>
      <Notice
        tone="warn"
        icon={<TriangleAlert size={16} aria-hidden />}
        step={
          <Link to="/settings/amazon/connect" className={buttonClass("plain", true)}>
            Configure
          </Link>
        }
      >
        <strong>Amazon not configured.</strong> The orders here stay readable; connect your Amazon Seller account for
        new ones.
      </Notice>
    </div>
  );
}
