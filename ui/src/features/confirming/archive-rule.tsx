/** Settings → Stock & picking: which month names the place of sold units. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { Choice, FieldGroup } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { ArchiveRule } from "~/lib/bindings";
import { backend } from "~/lib/ipc";

const RULES: readonly { id: ArchiveRule; label: string; detail: string }[] = [
  {
    id: "month_of_sale",
    label: "Month of the sale",
    detail: "An order of January goes to SOLD-2026-01, whenever it is confirmed",
  },
  { id: "month_of_confirmation", label: "Month of the confirmation", detail: "The month in which you confirm it" },
];

const queryKey = ["settings", "archive-rule"];

export function ArchiveRuleField() {
  const client = useQueryClient();
  const { done, failed } = useActs();
  const rule = useQuery({ queryKey, queryFn: () => backend.archiveRule() });
  const choose = async (next: ArchiveRule) => {
    const before = rule.data;
    client.setQueryData(queryKey, next);
    try {
      const batch = await backend.setArchiveRule(next);
      done({
        text: `Sold units are filed by the ${next === "month_of_sale" ? "month of the sale" : "month of the confirmation"}`,
        batch,
      });
    } catch (thrown) {
      client.setQueryData(queryKey, before);
      failed("The setting was not kept", thrown);
    }
  };
  if (rule.error !== null) return <FailureNotice error={rule.error} onAgain={() => void rule.refetch()} />;
  return (
    <FieldGroup
      label="Archive of sold units"
      hint="The place is SOLD-YYYY-MM. It can be changed for each batch in the dialog."
    >
      {RULES.map(({ id, label, detail }) => (
        <Choice
          key={id}
          name="archive-rule"
          label={label}
          detail={detail}
          disabled={rule.data === undefined}
          checked={rule.data === id}
          onChange={() => void choose(id)}
        />
      ))}
    </FieldGroup>
  );
}
