/**
 * How fast an account hands texts over: `ratePerMinute` in the long run, and a burst of ten seconds' worth at most, so that
 * a machine that slept for a night does not catch up at once. What a batch leaves in the bucket is for a person's own text.
 *
 * Counted on the monotonic clock: setting the wall clock neither empties nor fills it.
 */
const burstSeconds = 10;
/** Kept for a person's own texts, of the whole bucket. */
const reservedShare = 0.2;
const mostReserved = 20;

export class TokenBucket {
  readonly #monotonic: () => number;
  #perMillisecond = 0;
  #capacity = 0;
  #reserve = 0;
  #tokens: number;
  #at: number;

  /** @param ratePerMinute 1 or more */
  constructor(ratePerMinute: number, monotonic: () => number) {
    this.#monotonic = monotonic;
    this.#at = monotonic();
    this.#set(ratePerMinute);
    this.#tokens = this.#capacity;
  }

  /** Most texts that can go at once. */
  get capacity(): number {
    return this.#capacity;
  }

  changeRate(ratePerMinute: number): void {
    this.#refill();
    this.#set(ratePerMinute);
    this.#tokens = Math.min(this.#tokens, this.#capacity);
  }

  /** How many texts may go now: a person's own, and those of a batch, which only go when a whole request's worth may. */
  available(requestSize: number): { readonly urgent: number; readonly batch: number } {
    this.#refill();
    const rest = Math.floor(this.#tokens - this.#reserve);
    return { urgent: Math.floor(this.#tokens), batch: rest >= this.#threshold(requestSize) ? rest : 0 };
  }

  take(texts: number): void {
    this.#refill();
    this.#tokens -= texts;
  }

  /** Milliseconds until a text of a person's (there is none now), or else a request's worth of a batch, may go. */
  wait(requestSize: number): number {
    this.#refill();
    const wanted = this.#tokens < 1 ? 1 : this.#reserve + this.#threshold(requestSize);
    return Math.max(1, Math.ceil((wanted - this.#tokens) / this.#perMillisecond));
  }

  #threshold(requestSize: number): number {
    return Math.max(1, Math.min(requestSize, this.#capacity - this.#reserve));
  }

  #set(ratePerMinute: number): void {
    this.#perMillisecond = ratePerMinute / 60_000;
    this.#capacity = Math.max(1, Math.floor((ratePerMinute * burstSeconds) / 60));
    this.#reserve = Math.min(mostReserved, Math.floor(this.#capacity * reservedShare));
  }

  #refill(): void {
    const now = this.#monotonic();
    const passed = Math.max(0, now - this.#at);
    this.#at = now;
    this.#tokens = Math.min(this.#capacity, this.#tokens + passed * this.#perMillisecond);
  }
}
