import { countries } from './countries.ts';

/**
 * Time zones of places where an office is likely to run on a computer set to American English. A hint for the first
 * question only; the person confirms it. Names from the IANA time zone database (zone.tab).
 */
const zones: Readonly<Record<string, string>> = {
  'Africa/Accra': 'GH',
  'Africa/Algiers': 'DZ',
  'Africa/Cairo': 'EG',
  'Africa/Casablanca': 'MA',
  'Africa/Dar_es_Salaam': 'TZ',
  'Africa/Gaborone': 'BW',
  'Africa/Harare': 'ZW',
  'Africa/Johannesburg': 'ZA',
  'Africa/Kampala': 'UG',
  'Africa/Kigali': 'RW',
  'Africa/Lagos': 'NG',
  'Africa/Lusaka': 'ZM',
  'Africa/Maputo': 'MZ',
  'Africa/Maseru': 'LS',
  'Africa/Mbabane': 'SZ',
  'Africa/Nairobi': 'KE',
  'Africa/Windhoek': 'NA',
  'Asia/Calcutta': 'IN',
  'Asia/Dubai': 'AE',
  'Asia/Hong_Kong': 'HK',
  'Asia/Jerusalem': 'IL',
  'Asia/Karachi': 'PK',
  'Asia/Kolkata': 'IN',
  'Asia/Manila': 'PH',
  'Asia/Riyadh': 'SA',
  'Asia/Singapore': 'SG',
  'Australia/Brisbane': 'AU',
  'Australia/Melbourne': 'AU',
  'Australia/Perth': 'AU',
  'Australia/Sydney': 'AU',
  'Europe/Amsterdam': 'NL',
  'Europe/Berlin': 'DE',
  'Europe/Brussels': 'BE',
  'Europe/Dublin': 'IE',
  'Europe/Lisbon': 'PT',
  'Europe/London': 'GB',
  'Europe/Madrid': 'ES',
  'Europe/Paris': 'FR',
  'Europe/Rome': 'IT',
  'Europe/Zurich': 'CH',
  'Indian/Mauritius': 'MU',
  'Pacific/Auckland': 'NZ',
};

/**
 * The country the computer seems to be in, ISO 3166-1 alpha-2, or undefined.
 * `languages` as in `navigator.languages`, `zone` an IANA time zone name.
 */
export function guessCountry(languages: readonly string[], zone: string | undefined): string | undefined {
  const fromZone = zone === undefined ? undefined : zones[zone];
  if (fromZone !== undefined) return fromZone;
  for (const language of languages) {
    const region = regionOf(language);
    if (region !== undefined && countries.some(([code]) => code === region)) return region;
  }
  return undefined;
}

function regionOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).region;
  } catch {
    return undefined;
  }
}
