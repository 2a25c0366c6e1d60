import { planTargetSuite } from './plan-target.suite.ts';
import { describeOnSimulatedServer } from './server.ts';

describeOnSimulatedServer('planTarget', planTargetSuite);
