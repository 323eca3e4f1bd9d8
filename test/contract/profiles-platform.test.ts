import { adaptersUnderTest } from './adapters.ts';
import { describeProfiles } from './profile-contract.ts';

describeProfiles(adaptersUnderTest.filter(({ family }) => family === 'platform'));
