import { exploreHalf } from './explore.ts';

exploreHalf(1);
