/**
 * The computer's time zone. V8 finds it out once; a laptop that travels keeps the old one until it is told to look again,
 * which Node does whenever the variable `TZ` is touched
 * (https://github.com/nodejs/node/blob/v24.x/src/node_env_var.cc, DateTimeConfigurationChangeNotification).
 */

/** IANA name, such as `Africa/Johannesburg`. */
export function systemTimeZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

/** Looks again. Call it after sleep and now and then: it costs a few microseconds. */
export function detectTimeZone(): void {
  const given = process.env.TZ;
  if (given === undefined) {
    process.env.TZ = 'UTC';
    delete process.env.TZ;
  } else {
    process.env.TZ = given;
  }
}
