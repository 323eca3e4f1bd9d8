/** Calls the contract from a window's page as the window itself does. For setting up and reading back, not for clicking. */
import type { Page } from '@playwright/test';
import type { Result } from '../../shared/errors.ts';
import type { Input, Method, Output } from '../../shared/ipc/contract.ts';

/** The raw answer, whatever it is. */
export async function call<M extends Method>(
  page: Page,
  method: M,
  input: Input<M>,
): Promise<Result<Output<M>>> {
  return (await page.evaluate(
    ([name, value]) =>
      (
        window as unknown as { outtray: { call(name: unknown, value: unknown): Promise<unknown> } }
      ).outtray.call(name, value),
    [method, input] as const,
  )) as Result<Output<M>>;
}

/** @throws when the answer is a failure */
export async function succeed<M extends Method>(page: Page, method: M, input: Input<M>): Promise<Output<M>> {
  const result = await call(page, method, input);
  if (!result.ok) throw new Error(`${method}: ${result.error.code}`);
  return result.value;
}
