// The runtime side of the topics sidebar and of topic completion: routes for the editor.

import type { NodeAPI } from 'node-red';
import { addTopicRoutes } from '../runtime/sidebar/admin-routes';

export = function register(RED: NodeAPI): void {
  addTopicRoutes(RED);
};
