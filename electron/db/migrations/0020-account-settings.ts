/** What an account asks of its gateway with every text: `shared/domain/account-settings.ts` as JSON. */
export const version = 20;

export const statements = `
ALTER TABLE account ADD COLUMN settings TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(settings));
`;
