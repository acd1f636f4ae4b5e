#pragma once

#include <string>
#include <vector>

namespace coauth::test {

/// An answer as it stands on the wire, and what it is to be read as.
struct canned_reply {
    std::string name;
    std::string wire;
    unsigned status = 200;
    std::string body{};
    bool reusable = true;
    bool ends_with_connection = false;
};

inline std::vector<canned_reply> canned_replies() {
    return {
        {.name = "with a length",
         .wire = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}",
         .body = "{\"a\":1}"},
        {.name = "with the usual fields",
         .wire = "HTTP/1.1 401 Not Yours\r\nServer: nginx\r\nDate:  Sun, 22 Nov 2026 10:00:00 GMT\r\n"
                 "Content-Type: text/plain\r\nConnection: keep-alive\r\nX-Empty:\r\nContent-Length: 4\r\n\r\nno\r\n",
         .status = 401,
         .body = "no\r\n"},
        {.name = "that says twice what becomes of the connection",
         .wire = "HTTP/1.1 200 OK\r\nConnection: close\r\nConnection: Keep-Alive\r\nContent-Length: 2\r\n\r\nok",
         .body = "ok",
         .reusable = false},
        {.name = "with an empty body", .wire = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"},
        {.name = "chunked",
         .wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
         .body = "abcdefg"},
        {.name = "chunked and empty", .wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"},
        {.name = "chunked with a trailer",
         .wire = "HTTP/1.1 200 OK\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nhello\r\n0\r\nConnection: close\r\n\r\n",
         .body = "hello"},
        {.name = "without a body", .wire = "HTTP/1.1 204 No Content\r\nX-Request-Id: 1\r\n\r\n", .status = 204},
        {.name = "not modified", .wire = "HTTP/1.1 304 Not Modified\r\nContent-Length: 100\r\n\r\n", .status = 304},
        {.name = "behind interim answers",
         .wire = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
                 "HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno",
         .status = 400,
         .body = "no"},
        {.name = "that closes",
         .wire = "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok",
         .body = "ok",
         .reusable = false},
        {.name = "of HTTP/1.0",
         .wire = "HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok",
         .body = "ok",
         .reusable = false},
        {.name = "that ends with its connection",
         .wire = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n\r\nall of it",
         .body = "all of it",
         .reusable = false,
         .ends_with_connection = true},
    };
}

}  // namespace coauth::test
