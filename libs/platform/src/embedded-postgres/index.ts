export { openServer, stopAbandonedServer, type OpenOptions, type Server, type ServerUrls } from './server.ts';
