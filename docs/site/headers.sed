# What Doxygen reads of a header. What the compiler writes is the value's own, and needs no comment.
s/^ *[^ ].*\)( noexcept)? = default;$//
# It knows no scope for a specialisation for Boost.
/^template <>$/{
    N
    s/.*\nstruct boost::.*/\n/
}
