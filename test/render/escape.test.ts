import { describeEscaping } from '../support/escape-property.ts';

describeEscaping(150);
