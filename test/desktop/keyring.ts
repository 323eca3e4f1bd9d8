import { callMethod, getProperty } from './bus.ts';

export interface StoredSecret {
  readonly label: string;
  readonly attributes: Readonly<Record<string, string>>;
}

const service = 'org.freedesktop.secrets';

/**
 * What lies in the session's default collection: labels and attributes, never the secrets themselves. Read from the
 * Secret Service (freedesktop.org, Secret Service API), because secret-tool can only search by attributes it is told.
 */
export async function storedSecrets(): Promise<readonly StoredSecret[]> {
  const [collection] = await callMethod(
    service,
    '/org/freedesktop/secrets',
    'org.freedesktop.Secret.Service',
    'ReadAlias',
    's',
    'default',
  );
  if (typeof collection !== 'string' || collection === '/') return [];
  const items = await getProperty(service, collection, 'org.freedesktop.Secret.Collection', 'Items');
  if (!Array.isArray(items)) return [];
  return await Promise.all(
    items.map(async (path) => {
      const label = await getProperty(service, String(path), 'org.freedesktop.Secret.Item', 'Label');
      const attributes = await getProperty(
        service,
        String(path),
        'org.freedesktop.Secret.Item',
        'Attributes',
      );
      return {
        label: String(label),
        attributes: Object.fromEntries(
          Object.entries(typeof attributes === 'object' && attributes !== null ? attributes : {}).map(
            ([key, value]) => [key, String(value)],
          ),
        ),
      };
    }),
  );
}
