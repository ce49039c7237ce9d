import { describeSchematicIds } from '../support/schematic-property.ts';

describeSchematicIds(200);
