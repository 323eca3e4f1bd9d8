/** What is remembered of a text, one for each recipient of a request that was understood. */

export interface TakenText {
  /** Digits. A number that was refused for its form stands as it came, without a leading `+`. */
  readonly to: string;
  /** As the network got it. Hexadecimal when the text is binary. */
  readonly content: string;
  readonly clientMessageId: string | undefined;
  /** 32 hexadecimal digits, null when this recipient was refused. */
  readonly apiMessageId: string | null;
  readonly errorCode: number | null;
  /** Present when the request asked for more than content, recipients and a client message id. */
  readonly options?: TakenOptions;
}

/** What else a request asked for, whatever the family calls it. Only what was asked for is there. */
export interface TakenOptions {
  readonly from?: string;
  readonly binary?: boolean;
  /** Hexadecimal, as it came. */
  readonly userDataHeader?: string;
  /** As sent: minutes, by the documentation. */
  readonly validity?: number;
  /** ms UTC */
  readonly deliverAt?: number;
  readonly flash?: boolean;
  /** Developers' Central: the text came as hexadecimal UCS-2. */
  readonly unicode?: boolean;
  /** Developers' Central: most parts allowed. */
  readonly concat?: number;
  /** Developers' Central: bits 1 intermediate, 2 final, 4 error. */
  readonly callback?: number;
  readonly charset?: string;
}
