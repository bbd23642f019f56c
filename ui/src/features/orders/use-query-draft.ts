/** The draft of the query bar; what was asked for is remembered. */
import { useDraft } from "~/components/use-draft";

import { useQueryHistory } from "./query-history";

export function useQueryDraft(query: string, onQuery: (query: string, typing: boolean) => void) {
  const { draft, clear, settle, ...more } = useDraft(query, onQuery);
  const { remember } = useQueryHistory();
  return {
    ...more,
    draft,
    clear: () => remember(clear()),
    settle: () => {
      settle();
      remember(draft.trim());
    },
  };
}
