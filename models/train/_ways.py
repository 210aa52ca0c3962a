"""The ways to write each digit, put down once, from how people write, before any model was tried on them.

A way is a line of points ``x,y``, as in the ``points`` of an SVG; ``/`` lifts the pen. x runs from 0 to about 0.65,
y from 0 (top) to 1. The pen goes through the points in a smooth curve; a point given twice is a corner.
"""

from __future__ import annotations

WAYS: dict[int, tuple[str, ...]] = {
    0: (
        # closed oval
        ".35,0 .1,.12 0,.5 .1,.88 .33,1 .56,.88 .66,.5 .56,.12 .35,0",
        # narrow, a little open at the top
        ".3,.02 .1,.2 .05,.55 .14,.9 .3,1 .46,.85 .5,.45 .42,.12 .33,0",
        # round, the end running over the start
        ".45,.06 .2,.04 0,.3 0,.7 .25,.98 .55,.95 .74,.65 .7,.25 .45,.02 .25,.06",
    ),
    1: (
        # a bar
        ".3,0 .3,.5 .3,1",
        # a slanted bar
        ".46,0 .33,.5 .2,1",
        # with a flag
        ".1,.24 .33,0 .33,0 .33,1",
        # with a flag and a foot
        ".1,.22 .32,0 .32,0 .32,1 / .08,1 .56,1",
    ),
    2: (
        # corner at the lower left
        ".03,.22 .15,.04 .38,0 .58,.15 .52,.42 .3,.7 0,1 0,1 .62,1",
        # loop at the lower left
        ".05,.2 .2,.02 .45,.03 .55,.25 .42,.55 .14,.92 .02,.92 .08,.8 .3,.88 .62,.98",
        # flat, like a Z with a round top
        ".02,.12 .25,0 .52,.08 .5,.32 .02,.98 .02,.98 .6,.96",
    ),
    3: (
        # two bowls that meet in a corner
        ".05,.1 .3,0 .55,.15 .48,.38 .24,.47 .24,.47 .52,.56 .6,.78 .35,1 .02,.9",
        # flat top
        ".05,.01 .05,.01 .55,.01 .55,.01 .25,.4 .25,.4 .52,.5 .58,.78 .33,1 .02,.92",
        # a small loop in the middle
        ".06,.12 .32,0 .54,.16 .42,.42 .22,.48 .24,.54 .46,.52 .58,.76 .34,1 .03,.88",
    ),
    4: (
        # open, two strokes
        ".1,0 .04,.55 .04,.55 .62,.55 / .48,.08 .47,1",
        # open, round on the left
        ".06,.02 .08,.42 .3,.52 .56,.42 / .6,0 .52,1",
        # closed, two strokes
        ".42,0 .42,0 0,.64 0,.64 .64,.64 / .43,0 .43,1",
        # closed, one stroke from the foot
        ".46,1 .46,1 .48,0 .48,0 .02,.62 .02,.62 .64,.6",
    ),
    5: (
        # hook, then the top bar
        ".15,0 .15,0 .1,.42 .1,.42 .35,.36 .58,.52 .57,.82 .32,1 .02,.92 / .15,.01 .58,0",
        # one stroke from the right
        ".6,.01 .6,.01 .15,.02 .15,.02 .1,.44 .1,.44 .38,.4 .58,.6 .5,.9 .25,1 0,.9",
        # round, like an S
        ".58,.04 .28,.02 .12,.18 .16,.4 .42,.5 .56,.72 .38,.97 .03,.95",
    ),
    6: (
        # curved back
        ".5,0 .2,.2 .03,.55 .1,.9 .33,1 .56,.85 .5,.6 .28,.52 .06,.68",
        # straight back
        ".4,0 .16,.4 .02,.76 .2,1 .5,.93 .52,.66 .28,.58 .05,.76",
        # large loop that ends inside
        ".44,.02 .1,.32 .02,.72 .26,1 .58,.84 .52,.5 .26,.44 .08,.6",
    ),
    7: (
        # plain
        "0,.02 0,.02 .6,.02 .6,.02 .22,1",
        # curved stem
        "0,.04 0,.04 .58,0 .58,0 .34,.42 .24,1",
        # with a bar
        "0,.02 0,.02 .6,.02 .6,.02 .24,1 / .14,.52 .58,.5",
        # with a serif at the start
        ".03,.18 .03,0 .03,0 .6,.02 .6,.02 .26,1",
    ),
    8: (
        # one stroke, crossing in the middle
        ".52,.1 .3,0 .1,.13 .15,.34 .35,.48 .56,.66 .54,.9 .3,1 .07,.88 .1,.65 .33,.48 .52,.3 .53,.1",
        # two rings
        ".32,0 .12,.1 .12,.34 .32,.45 .52,.34 .52,.1 .32,0 / .32,.46 .06,.6 .06,.88 .32,1 .58,.88 .58,.6 .32,.46",
        # one stroke from the upper right, not quite closed
        ".56,.06 .3,0 .12,.16 .22,.38 .44,.56 .54,.8 .34,1 .1,.9 .14,.66 .4,.42 .56,.14",
    ),
    9: (
        # straight stem
        ".5,.12 .28,0 .05,.14 .06,.4 .27,.5 .48,.36 .53,.06 .53,.06 .5,1",
        # curled stem
        ".52,.14 .3,0 .06,.15 .08,.4 .3,.5 .5,.36 .55,.1 .55,.5 .45,.88 .25,1 .05,.9",
        # stem leaning to the left
        ".54,.16 .32,0 .08,.14 .1,.38 .32,.46 .52,.3 .56,.1 .5,.5 .3,1",
    ),
}
