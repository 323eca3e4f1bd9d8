/** What a person does with texts that wait, failed, or may have been sent. */
export const version = 60;

export const statements = `
-- Failed texts, newest first, and whether a person has sent one of them again.
CREATE INDEX message_failed ON message(id) WHERE state IN ('rejected', 'undelivered');
CREATE INDEX message_resend ON message(resend_of) WHERE resend_of IS NOT NULL;

-- What the gateway said of the balance, and when: a hint whether a text that may have been sent was charged.
CREATE TABLE balance_reading (
  account_id INTEGER NOT NULL REFERENCES account(id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  balance REAL NOT NULL,
  currency TEXT,
  PRIMARY KEY (account_id, at)
) STRICT, WITHOUT ROWID;
`;
