/** Claims that were announced before they were made, for one of which the program dies: see `stores/outbox.ts`. */
export const version = 120;

export const statements = `
-- The text in front of a claim, with the attempt it was at: as long as it waits at this one, the claim was never made.
-- deaths: how often it was announced without being made.
CREATE TABLE claim_mark (
  message_id INTEGER PRIMARY KEY,
  account_id INTEGER NOT NULL REFERENCES account(id),
  attempt_no INTEGER NOT NULL,
  deaths INTEGER NOT NULL
) STRICT;
`;
