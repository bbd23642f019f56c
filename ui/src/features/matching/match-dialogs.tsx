/** The dialog of what is being matched. */
import type { UnitId } from "~/lib/bindings";

import { lineName, type MatchTask } from "./match-task";
import { MatcherDialog } from "./matcher-dialog";
import { UnmatchedDialog } from "./unmatched-dialog";

type LineTask = Extract<MatchTask, { kind: "line" }>;

type Props = {
  task: MatchTask;
  onTask: (task: MatchTask | null) => void;
  onLink: (task: LineTask, unit: UnitId) => Promise<void>;
  onSkip: (task: LineTask) => void;
};

export default function MatchDialogs({ task, onTask, onLink, onSkip }: Props) {
  if (task.kind === "unmatched") {
    return (
      <UnmatchedDialog
        order={task.order}
        onLine={(item) => onTask({ kind: "line", order: task.order, item, leads: "order" })}
        onClose={() => onTask(null)}
      />
    );
  }
  return (
    <MatcherDialog
      key={lineName(task.order.id, task.item)}
      order={task.order}
      item={task.item}
      onLink={(unit) => onLink(task, unit)}
      onSkip={task.leads === "next" ? () => onSkip(task) : undefined}
      onClose={() => onTask(null)}
    />
  );
}
