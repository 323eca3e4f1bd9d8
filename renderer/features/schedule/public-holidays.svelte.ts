import type { Holiday } from '../../../shared/domain/holidays.ts';
import { translate, translateError } from '../../../shared/i18n/words.ts';
import type { Output } from '../../../shared/ipc/contract.ts';
import type { Session } from '../../app/session.svelte.ts';

/** A year of them. */
const monthsShown = 12;

/** Those of the next year. @param today `2027-01-31` */
export function upcoming(days: readonly Holiday[], today: string): readonly Holiday[] {
  const [year = 0, month = 1, day = 1] = today.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + monthsShown, day)).toISOString().slice(0, 10);
  return days.filter((holiday) => holiday.day >= today && holiday.day < last);
}

/** Choosing the country, or a part of it, whose holidays hold. Main looks them up and keeps them. */
export class HolidayChoice {
  regions = $state.raw<Output<'schedule.holidayRegions'>['regions']>([]);
  busy = $state(false);
  problem = $state<string | undefined>(undefined);
  /** The office's own country is not known. */
  asksCountry = $state(false);
  readonly #session: Session;
  #country: string | null = null;

  constructor(session: Session) {
    this.#session = session;
  }

  /** @param country null: none is chosen */
  async readRegions(country: string | null): Promise<void> {
    if (country === this.#country) return;
    this.#country = country;
    this.regions = [];
    if (country === null) return;
    const answer = await this.#session.client.call('schedule.holidayRegions', { country });
    if (answer.ok && country === this.#country) this.regions = answer.value.regions;
  }

  /** @param country null: no holidays */
  async choose(country: string | null, region: string | null): Promise<void> {
    if (this.busy) return;
    this.problem = undefined;
    const off = this.#session.settings?.publicHolidays === null;
    if (country === null && off) {
      this.asksCountry = true;
      return;
    }
    this.busy = true;
    const answer = await this.#session.client.call('schedule.chooseHolidays', { country, region });
    this.busy = false;
    this.asksCountry = false;
    if (answer.ok) this.#session.tookSettings(answer.value);
    else
      this.problem =
        answer.error.code === 'not-found'
          ? translate('schedule.holidaysUnknown')
          : translateError(answer.error);
  }
}
