// A chat back end on Socket.IO. Started with a port.
const { createServer } = require('http');
const { Server } = require('socket.io');

const http = createServer();
const io = new Server(http, { pingInterval: 200, pingTimeout: 5000 });
const product = (text) => text.match(/\d+/g).map(Number).reduce((a, b) => a * b);

for (const space of [io, io.of('/acknowledges'), io.of('/mute')]) {
  space.use((socket, next) => next(socket.handshake.auth.token ? undefined : new Error('Not authorized')));
  space.on('connection', (socket) => {
    socket.on('disconnect', (why) => console.log('closed', why));
    socket.on('chat', (message, acknowledge) => {
      const answer = { text: `It is ${product(message.text)}.` };
      if (space === io) setTimeout(() => socket.emit('reply', answer), 700); // pings come in between
      if (space.name === '/acknowledges') acknowledge(answer);
    });
  });
}
http.listen(Number(process.argv[2]), '127.0.0.1');
