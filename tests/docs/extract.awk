# Turns the ```cpp blocks of one page into a translation unit. A block with a main is left out: the README's is an example by itself.
/^```cpp$/ { on = 1; block = ""; line = NR + 1; next }
/^```$/ && on {
    on = 0
    if (block !~ /int main\(/) {
        if (!count++) print "#include \"tests/docs/prelude.hpp\"\n"
        printf "namespace {\n[[maybe_unused]] asio::awaitable<void> block_%d(surroundings around) {\n", count
        printf "[[maybe_unused]] auto& [executor, pool, hitkey, hitbox, login, request_target, request_cookies, request_body, peer_address, token, who, grant, store, cache, key, broker] = *around;\n"
        printf "{\n#line %d \"%s\"\n%s}\nco_return;\n}\n}\n", line, page, block
    }
    next
}
on { block = block $0 "\n" }
