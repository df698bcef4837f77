"""Customers' intents about caring for goods and what they are made of, in the notation of service_intents."""

TEXT = """
= wash_jacket | s | washing a waterproof jacket; the care of rain jackets; proofing
~ boots_care sleeping_bag_care tent_care materials
B: how to wash a waterproof jacket; how to make a jacket waterproof again; how hot a rain jacket may be washed
D: wash my rain jacket; proof my jacket again; clean my waterproof trousers
Q:
how (do|should|can|must) I (wash|clean|care for) (my|a) (rain jacket|waterproof jacket|waterproof|raincoat|shell jacket|ski jacket)?
can (I put|) (my|a) (rain jacket|waterproof jacket|waterproof coat) (in the washing machine|in the dryer|in the tumble dryer|be washed|be ironed)?
my (jacket|rain jacket|waterproof) (lets water in|is not waterproof any more|leaks|gets wet inside|soaks up water|no longer keeps the rain out).
water no longer (runs off|beads on|rolls off) my (jacket|raincoat), (what can I do|what helps|do I need a spray).
(at how many degrees|how hot|at what temperature) (can|do|may) I wash (my|a) (rain jacket|waterproof jacket)?
do I need a special (soap|detergent|washing liquid|spray) for my (rain jacket|waterproof jacket)?
(may|should) I use (softener|normal washing powder|soap) (on|for) a (waterproof|rain jacket)?
how do I (make|get) my (jacket|coat) (waterproof|water repellent) again?
how often (should|may) I (wash|proof) (a rain jacket|my waterproof)?
(washing|care|cleaning) (of |)(a |)(rain jacket|waterproof jacket)?
which (spray|wash|product) do you recommend for (proofing|waterproofing) a jacket?
my (rain jacket|waterproof) is (dirty|muddy|smelly), (how do I get it clean|can it go in the machine|may I wash it)?
does (washing|the washing machine|the dryer) (hurt|damage|spoil) a (rain jacket|waterproof coat)?
after the wash my jacket (soaks|gets wet quickly|is no longer tight), what did I do wrong?
* t=temp
F: waterproof jackets are washed at {t} without softener.
A: wash it at {t} with a mild soap and without softener, then proof it again.
A: you can wash it at {t}, without softener.

= boots_care | s | the care of boots; cleaning shoes
~ wash_jacket sleeping_bag_care tent_care repairs
B: how to care for leather boots; how to clean boots; how to dry wet boots
D: clean my boots; wax my boots; dry my wet boots
Q:
how (do|should|can) I (clean|care for|look after|wax|dry|treat) (my|leather) (boots|hiking boots|shoes|walking boots)?
my (boots|shoes) are (wet|soaked|full of mud|muddy|dirty), (what do I do|how do I dry them|how do I clean them|can I put them on the heater).
can I (put|dry|wash) my (boots|shoes) (in the washing machine|on the radiator|by the fire|with soap)?
which (wax|cream|grease|care product) (is right|do I need|do you recommend) for (leather boots|my boots)?
how often (should|must) I (wax|grease|clean) my boots?
the leather of my boots is (dry|cracked|hard), (what helps|what can I do|which wax do I need).
(boot|shoe) (care|cleaning|wax)?
my (boots|shoes) (let water in|are not waterproof any more|smell|squeak), what (can I do|helps)?
how do I keep my boots (soft|waterproof|in good shape|nice for many years)?
do (new boots|leather boots) need (wax|cream|spray) (before the first walk|)?
how do I store my (boots|shoes) over the winter?
is it bad to dry (boots|shoes) (on the heater|next to the stove|in the sun)?
* 
F: leather boots are cleaned with a brush and water, dried slowly and waxed.
A: brush them with water, let them dry slowly away from the heater, and then wax the leather.
A: clean them with a brush and a little water. dry them slowly and use wax.

= sleeping_bag_care | s | washing a sleeping bag; the care of down
~ tent_care wash_jacket boots_care materials
B: how to wash a sleeping bag; how to store a sleeping bag; how to dry down
D: wash my sleeping bag; clean my down jacket; store my sleeping bag
Q:
how (do|should|can|must) I (wash|clean|store|dry|look after) (my|a) (sleeping bag|down sleeping bag|down jacket)?
can (my|a) (sleeping bag|down bag|down jacket) (go in the washing machine|go in the dryer|be washed|be washed at home)?
my sleeping bag (smells|is dirty|has lost its loft|is flat|is damp|has clumps), (what can I do|how do I clean it|what helps).
do I need a special (soap|detergent) for (down|my sleeping bag)?
how do I keep (my|a) sleeping bag (over the winter|when I do not use it|warm for many years)?
should (my|a) sleeping bag (stay|be kept) in its (sack|small bag|stuff sack)?
at what temperature (can|may) I wash (down|a sleeping bag)?
sleeping bag (care|washing|cleaning)?
the down in my (bag|jacket) has formed (lumps|clumps) (after washing|).
do you wash (sleeping bags|down bags) for customers?
how long does (down|a sleeping bag) need to dry?
is it (ok|bad) to keep a sleeping bag rolled up (all year|in the cellar)?
* t=temp
F: sleeping bags are washed at {t} and stored loose.
A: wash it at {t} with soap for down, dry it with tennis balls, and store it loose.
A: you can wash it at {t}; dry it well and do not keep it squeezed in its sack.

= tent_care | s | the care of tents; drying and cleaning a tent
~ sleeping_bag_care wash_jacket boots_care repairs
B: how to clean a tent; how to store a tent; how to get rid of mould on a tent
D: clean my tent; dry my tent; seal the seams of my tent
Q:
how (do|should|can|must) I (clean|store|dry|look after|wash|pack away) (my|a) tent?
my tent is (wet|mouldy|dirty|damp|sticky|sandy), (what can I do|how do I clean it|can I save it|can I pack it).
can I (wash|put) (my|a) tent in the washing machine?
there is mould on my tent.
my tent (leaks|drips|lets rain in) (at the seams|at the corner|), (what helps|how do I seal it|can I spray it).
how do I (seal|proof) the seams (of my tent|)?
tent (care|cleaning|storage)?
should I (dry|air) (my|the) tent (after every trip|before I pack it|when it was raining)?
which (spray|soap) (do I use|is right) for (my|a) tent?
I packed my tent (wet|when it rained|damp), (is that bad|what now)?
how do I (get|remove) (tree sap|bird dirt|stains|sand) (off|from) (my|the) tent?
where is the best place to keep a tent (over the winter|when it is not used)?
* 
F: a tent is cleaned by hand with lukewarm water and must be dry before it is packed.
A: clean it by hand with lukewarm water and let it dry completely before you pack it.
A: wash the tent by hand only, dry it well and store it in a dry place.

= materials | s | materials; recycled material; where things are made
~ second_hand wash_jacket sizes privacy
B: what things are made of; whether the material is recycled; where the goods are made
Q:
what (is|are) (the {item}|{pl}|it|your {pl}) made of?
(is|are) (the {item}|{pl}|it|the material) (recycled|organic|vegan|natural|leather|real wool|free of chemicals)?
which (material|fabric|materials) (do you use|is it|is the {item} made from)?
where (is|are) (the {item}|your {pl}|it|your things) (made|produced|sewn)?
do you (have|sell) (recycled|organic|vegan|fair trade) {pl}?
(material|fabric|recycled|made of what)?
how (green|sustainable|environmentally friendly) (are your {pl}|is the {item}|are you)?
does the {item} (contain|have) (wool|leather|plastic|chemicals|animal products|rubber)?
I am allergic to (wool|rubber|leather), what is the {item} made of?
I do not (buy|wear) (animal products|leather|plastic), (is there a vegan one|is the {item} all right for me|what is in it).
who makes your {pl}, and under what conditions?
are there (animals|feathers|child workers) behind your {pl}?
is the packaging (recycled|free of plastic|made of paper)?
in which country was (the {item}|it) (made|sewn|built)?
I care about the (environment|planet|climate), what can you (say|tell me) about your {pl}?
E wash_jacket second_hand: (and what is it made of|and is it recycled)?
* m=mat
F: {pl} are made of {m}.
A: {pl} are made of {m}.
A: our {pl} are made of {m}.
"""
