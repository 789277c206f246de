#include "http/clients.h"

#include <iterator>

namespace answerback::http {

void Clients::make_room() {
  if (active_.size() + greeting_.size() >= most_) drop_first();
}

Clients::One Clients::add(Client client, Steady deadline) {
  std::list<Client>& among = client.channel->greets() ? greeting_ : active_;
  if (&among == &greeting_ && greeting_.size() >= most_greeting_) drop(greeting_.begin());
  among.push_back(std::move(client));
  const One one = std::prev(among.end());
  one->among = &among;
  one->slot = deadlines_.add(one, deadline);
  ++count_;
  return one;
}

void Clients::gone(One one) {
  deadlines_.remove(one->slot);
  one->among->erase(one);
  --count_;
}

void Clients::active(One one) {
  if (one->channel) move_to(active_, one);
}

// The channel goes with the socket: the number of a closed descriptor is soon somebody else's.
void Clients::drop(One one) {
  boost::system::error_code ignored;
  one->channel.reset();
  one->socket.close(ignored);
  move_to(leaving_, one);
}

void Clients::drop_first() {
  std::list<Client>& first = active_.empty() ? greeting_ : active_;
  if (!first.empty()) drop(first.begin());
}

void Clients::drop_all() {
  while (!active_.empty() || !greeting_.empty()) drop_first();
}

void Clients::sweep(Steady now) {
  deadlines_.due(now, [this](One late) {
    deadline(late, Steady::max());
    drop(late);
  });
}

void Clients::move_to(std::list<Client>& list, One one) {
  list.splice(list.end(), *one->among, one);
  one->among = &list;
}

}  // namespace answerback::http
