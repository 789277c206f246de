// A WebSocket back end on npm's ws. Started with a port.
const http = require('http');
const { WebSocketServer } = require('ws');

const plain = http.createServer((request, response) => response.end('not a socket'));
const deflating = new WebSocketServer({ noServer: true, perMessageDeflate: { threshold: 0 } });
const chooses = new WebSocketServer({ noServer: true, handleProtocols: (offered) => (offered.has('jwt-auth') ? 'jwt-auth' : false) });

plain.on('upgrade', (request, socket, head) => {
  const path = request.url.split('?')[0];
  if (path === '/unauthorized') {
    socket.end('HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer\r\nContent-Length: 9\r\nConnection: close\r\n\r\nno token\n');
    return;
  }
  const server = path === '/protocol' ? chooses : deflating;
  server.handleUpgrade(request, socket, head, (ws) => {
    ws.on('close', (code) => console.log('closed', code));
    if (path === '/huge') return ws.send('x'.repeat(10 << 20));
    ws.send(JSON.stringify({ type: 'connection_established', data: { deflate: ws.extensions, text: 'y'.repeat(5000) } }));
    ws.on('message', (data) => {
      if (JSON.parse(data).type === 'ping') ws.send(JSON.stringify({ type: 'pong' }));
    });
  });
});
plain.listen(Number(process.argv[2]), '127.0.0.1');
