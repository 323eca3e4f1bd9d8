/** A span of minutes in the largest unit that says it exactly: *12 hours*. */
export function describeMinutes(minutes: number): string {
  const day = 24 * 60;
  if (minutes % day === 0) return inUnits(minutes / day, 'day');
  if (minutes % 60 === 0) return inUnits(minutes / 60, 'hour');
  return inUnits(minutes, 'minute');
}

function inUnits(count: number, unit: 'day' | 'hour' | 'minute'): string {
  return new Intl.NumberFormat('en', { style: 'unit', unit, unitDisplay: 'long' }).format(count);
}
