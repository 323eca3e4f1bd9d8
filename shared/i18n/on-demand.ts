/** Importing this file is what makes the words of `en-on-demand.json` known: those that quick-send does without at first. */
import onDemand from './en-on-demand.json' with { type: 'json' };
import { addWords } from './words.ts';

addWords(onDemand);
