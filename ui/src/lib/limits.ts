/** The longest texts that the core takes, in characters. `limits.test.ts` compares them with the core's own. */
export const LONGEST = {
  query: 500,
  mappingSearch: 200,
  set_number: 60,
  name: 300,
  condition: 60,
  storage_location: 60,
  sku: 100,
  asin: 20,
  notes: 2_000,
  number: 100,
  label: 60,
  viewName: 60,
  /** Of the system: what a path, or a key, may need. */
  path: 4_096,
} as const;
