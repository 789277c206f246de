#pragma once
// The socket that clients knock at.

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "model/listen.h"

namespace answerback::http {

using Acceptor =
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// Listens at the address: a name's first one that can be had; no host, every address of both families.
boost::system::error_code listen(Acceptor&, const ListenAddress&);

}  // namespace answerback::http
