/** peer-elements on an MQTT broker, which takes a module of its own. */
import '/mqtt.js';

export { meet } from './ours.mjs';
