import { describe, expect, test } from 'vitest';
import { servedPath } from './served-path.ts';

const files = new Map([
  ['/index.html', '/bundle/index.html'],
  ['/assets/index.js', '/bundle/assets/index.js'],
]);

describe('servedPath', () => {
  test('serves what is in the bundle, whatever the query', () => {
    expect(servedPath('GET', 'app://bundle/index.html?window=main', files)).toBe('/bundle/index.html');
    expect(servedPath('GET', 'app://bundle/assets/index.js', files)).toBe('/bundle/assets/index.js');
  });

  test.each([
    ['GET', 'app://bundle/'],
    ['GET', 'app://bundle/../package.json'],
    ['GET', 'app://bundle/..%2fpackage.json'],
    ['GET', 'app://bundle/assets/../../outbox.db'],
    ['GET', 'app://bundle/%2e%2e/%2e%2e/etc/passwd'],
    ['GET', 'app://bundle//etc/passwd'],
    ['GET', 'app://bundle/assets\\..\\..\\package.json'],
    ['GET', 'app://bundle/index.html/'],
    ['GET', 'app://bundle/INDEX.HTML'],
    ['GET', 'app://other/index.html'],
    ['GET', 'app://bundle.example/index.html'],
    ['GET', 'app://user:word@bundle/index.html'],
    ['GET', 'file:///bundle/index.html'],
    ['GET', 'https://bundle/index.html'],
    ['GET', 'nonsense'],
    ['POST', 'app://bundle/index.html'],
    ['HEAD', 'app://bundle/index.html'],
    ['get', 'app://bundle/index.html'],
  ])('refuses %s %s', (method, address) => {
    expect(servedPath(method, address, files)).toBeUndefined();
  });
});
