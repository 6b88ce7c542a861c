"""Prints one RRset as dnspython reads it: dnspython-read.py SERVER udp|tcp TYPE NAME."""
import sys

import dns.message
import dns.query

server, transport, rrtype, name = sys.argv[1:]
query = dns.message.make_query(name, rrtype, use_edns=0, payload=1232)
ask = dns.query.udp if transport == "udp" else dns.query.tcp
answer = ask(query, server, timeout=3)
for rrset in answer.answer:
    if rrset.rdtype == query.question[0].rdtype:
        for rdata in rrset:
            print(rdata.to_text())
