import { adaptersUnderTest, centralSession } from './adapters.ts';
import { describeProfiles } from './profile-contract.ts';

describeProfiles([...adaptersUnderTest.filter(({ family }) => family === 'central'), centralSession]);
