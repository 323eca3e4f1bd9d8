/**
 * Every word a person reads comes from the catalogue beside this file: windows, tray, dialogs, notifications. The windows,
 * which load their words in two steps, import `words.ts`.
 */
import './on-demand.ts';

export { type MessageKey, type MessageValues, translate, translateError } from './words.ts';
