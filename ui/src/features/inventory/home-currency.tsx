/** Settings → Stock & picking: the currency of costs and prices that name none. */
import { useQuery, useQueryClient } from "@tanstack/react-query";

import { SelectField } from "~/components/field";
import { FailureNotice } from "~/components/notice";
import { useActs } from "~/components/undo";
import type { Currency } from "~/lib/bindings";
import { backend } from "~/lib/ipc";
import { keys, queries } from "~/lib/query";

const names = new Intl.DisplayNames("en", { type: "currency" });

export function HomeCurrencyField() {
  const client = useQueryClient();
  const { done, failed } = useActs();
  const home = useQuery(queries.homeCurrency);
  const { data: marketplaces = [] } = useQuery(queries.marketplaces);
  const choose = async (next: Currency) => {
    const before = home.data;
    client.setQueryData<Currency>([...keys.homeCurrency], next);
    try {
      const batch = await backend.setHomeCurrency(next);
      done({ text: `The home currency is ${next}`, detail: "Amounts that are here already keep theirs.", batch });
    } catch (thrown) {
      client.setQueryData([...keys.homeCurrency], before);
      failed("The setting was not kept", thrown);
    }
  };
  if (home.error !== null) return <FailureNotice error={home.error} onAgain={() => void home.refetch()} />;
  const known = marketplaces.map(({ currency }) => currency);
  const choices = [...new Set([...known, ...(home.data === undefined ? [] : [home.data])])].toSorted();
  return (
    <SelectField
      label="Home currency"
      hint="What a cost or price is in that you type or import without a currency"
      disabled={home.data === undefined}
      value={home.data ?? ""}
      onChange={({ target: { value } }) => void choose(value)}
    >
      {choices.map((currency) => (
        <option key={currency} value={currency}>
          {`${currency} · ${names.of(currency)}`}
        </option>
      ))}
    </SelectField>
  );
}
