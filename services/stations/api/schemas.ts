// What the routes of this service have in common: ids and times.
import Type from 'typebox';
import { stationIdPattern } from '#contracts/registry';

export const instant = Type.String({ description: 'ISO 8601, UTC' });

export const stationParams = Type.Object({ stationId: Type.String({ pattern: stationIdPattern }) });
