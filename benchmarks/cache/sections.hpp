#pragma once

namespace coauth::bench {

struct scale;

void hits(const scale& how_much);
void memory(const scale& how_much);
void scheduling(const scale& how_much);
void herd(const scale& how_much);
void restart(const scale& how_much);
void writing(const scale& how_much);

}  // namespace coauth::bench
