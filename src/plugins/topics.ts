// The runtime side of the topics sidebar, of recordings and of topic completion: routes for the editor.

import type { NodeAPI } from 'node-red';
import { addRecordingRoutes } from '../runtime/recordings/recording-routes';
import { addTopicRoutes } from '../runtime/sidebar/admin-routes';

export = function register(RED: NodeAPI): void {
  addTopicRoutes(RED);
  addRecordingRoutes(RED);
};
