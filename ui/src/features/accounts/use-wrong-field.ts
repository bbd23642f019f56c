/** After a refused form the focus goes to the first field that is wrong, where its reason is read out. */
import { useEffect, type RefObject } from "react";

export function useWrongField(form: RefObject<HTMLFormElement | null>, errors: object): void {
  useEffect(() => {
    if (Object.keys(errors).length === 0) return;
    form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [form, errors]);
}
