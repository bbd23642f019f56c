/** Buttons say what will happen. One primary button on a page or dialog; quiet ones for the rest. */
import type { ComponentProps, ReactNode } from "react";

import styles from "./button.module.css";

export type ButtonLook = "plain" | "primary" | "quiet" | "danger";

type Props = ComponentProps<"button"> & {
  look?: ButtonLook;
  small?: boolean;
  icon?: ReactNode;
};

/** The class of a button, for links that look like one. */
export function buttonClass(look: ButtonLook = "plain", small = false): string {
  return [styles.button, styles[look], small ? styles.small : ""].join(" ");
}

export function Button({ look = "plain", small = false, icon, className = "", children, ...rest }: Props) {
  return (
    <button type="button" className={`${buttonClass(look, small)} ${className}`} {...rest}>
      {icon}
      {children}
    </button>
  );
}

/** A button that is only a picture; its label is read out and shown on hover. */
export function IconButton({ label, className = "", ...rest }: ComponentProps<"button"> & { label: string }) {
  return <button type="button" aria-label={label} title={label} className={`${styles.icon} ${className}`} {...rest} />;
}
