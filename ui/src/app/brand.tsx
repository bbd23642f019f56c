/** The mark of the product, an open box, and the same box as the picture of orders. */
import styles from "./brand.module.css";

export function BrandMark() {
  return (
    <span className={styles.mark} aria-hidden>
      <svg
        width="12"
        height="12"
        viewBox="0 0 12 12"
        fill="none"
        stroke="#fff"
        strokeWidth="1.4"
        strokeLinejoin="round"
      >
        <path d="M1.5 3.5 6 1.2l4.5 2.3v5L6 10.8 1.5 8.5z" />
        <path d="M1.5 3.5 6 5.8l4.5-2.3M6 5.8v5" />
      </svg>
    </span>
  );
}

export function OrdersIcon() {
  return (
    <svg
      width="16"
      height="16"
      viewBox="0 0 16 16"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.6"
      strokeLinejoin="round"
      aria-hidden
    >
      <path d="M2.5 5 8 2.2 13.5 5v6L8 13.8 2.5 11z" />
      <path d="M2.5 5 8 7.8 13.5 5M8 7.8v6" />
    </svg>
  );
}
