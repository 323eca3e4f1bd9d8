/**
 * The only way from a window to the main process. Types come from the contract; the contract itself (and with it the
 * validator) stays out of the bundle, so everything is imported as a type.
 */
import { failure, type Result } from '../../shared/errors.ts';
import type { Bridge } from '../../shared/ipc/channels.ts';
import type { Input, Method, Output, Push } from '../../shared/ipc/contract.ts';

/** Methods without input are called with the name alone; where the input is optional, it may be left out. */
type Arguments<M extends Method> =
  undefined extends Input<M> ? ([Input<M>] extends [undefined] ? [] : [input?: Input<M>]) : [input: Input<M>];

export interface Client {
  /** Never rejects: what main answers is a value, and a call that could not be made is the error `internal`. */
  call<M extends Method>(method: M, ...input: Arguments<M>): Promise<Result<Output<M>>>;
  /** Hints that something changed; the view reads again what it shows. Returns the function that unsubscribes. */
  subscribe(listener: (push: Push) => void): () => void;
}

/** The client over what the preload script put on `window`. */
export function createClient(bridge: Bridge): Client {
  return {
    async call<M extends Method>(method: M, ...input: Arguments<M>): Promise<Result<Output<M>>> {
      try {
        // Main validates what comes in and answers with the type that the contract names for this method.
        return (await bridge.call(method, input[0])) as Result<Output<M>>;
      } catch {
        return failure('internal');
      }
    },
    subscribe(listener) {
      return bridge.subscribe((push) => listener(push as Push));
    },
  };
}

/** Answers every call with `internal`: what a window gets when it was opened without its bridge. */
export const disconnectedClient: Client = {
  call: () => Promise.resolve(failure('internal')),
  subscribe: () => () => undefined,
};
