/** Desktop notifications. They carry counts and what to do, never a number or a text. */
import { Notification } from 'electron/main';

/** @param onClick the person clicked it */
export function notify(title: string, body: string, onClick: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body, silent: true });
  notification.on('click', onClick);
  shown.add(notification);
  notification.once('close', () => shown.delete(notification));
  notification.once('failed', () => shown.delete(notification));
  notification.show();
}

/** One that is collected as garbage never reports its click. */
const shown = new Set<Notification>();
