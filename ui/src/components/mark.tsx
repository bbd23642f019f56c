/**
 * The small pictures of a table's rows, of one element each. Two dozen rows are drawn when the window opens, and an icon
 * of `lucide-react` is five elements in the page and three components in front of it.
 */
import styles from "./mark.module.css";

export function Mark({ shape }: { shape: "dots" | "alert" | "tick" | "cross" }) {
  return <i className={`${styles.mark} ${styles[shape]}`} aria-hidden />;
}
